/** Client of the payments provider. Each attempt is one HTTP call; a charge takes up to two. */
import { setTimeout as delay } from 'node:timers/promises';

import { SpanStatusCode, trace } from '@opentelemetry/api';

import { logger } from './logger.mjs';

const MAX_ATTEMPTS = 2;
const ATTEMPT_TIMEOUT_MILLIS = Number(process.env.PAYMENTS_TIMEOUT_MILLIS ?? 500);
const BACKOFF_MILLIS = 60;

const tracer = trace.getTracer('shop');

export class PaymentDeclinedError extends Error {
  name = 'PaymentDeclinedError';
  status = 402;
}

export class PaymentUnavailableError extends Error {
  name = 'PaymentUnavailableError';
  status = 502;
}

export class PaymentsClient {
  #chargesUrl;

  /** @param {{ host: string, port: number }} address */
  constructor({ host, port }) {
    this.#chargesUrl = `http://${host}:${port}/v1/charges`;
  }

  /**
   * Charges the card, and retries if the provider fails or does not respond. All attempts have the same idempotency key,
   * so that the card is charged at most once.
   *
   * @param {{ card: string, amountCents: number, reference: string }} charge
   * @returns {Promise<string>} the id of the payment
   */
  charge(charge) {
    return tracer.startActiveSpan('charge card', async (span) => {
      span.setAttribute('payment.amount_cents', charge.amountCents);
      try {
        return await this.#chargeWithRetry(charge, span);
      } catch (error) {
        span.recordException(error);
        span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
        throw error;
      } finally {
        span.end();
      }
    });
  }

  async #chargeWithRetry(charge, span) {
    for (let attempt = 1; ; attempt += 1) {
      span.setAttribute('payment.attempts', attempt);
      const { status, body, failure } = await this.#attempt(charge);

      if (status === 201) {
        logger.info({ paymentId: body.id, attempt }, 'card charged');
        return body.id;
      }
      if (status === 402) throw new PaymentDeclinedError(`card declined: ${body.reason}`);
      if (attempt === MAX_ATTEMPTS) {
        throw new PaymentUnavailableError(`payments provider failed ${attempt} times, last: ${failure}`);
      }
      logger.warn({ attempt, failure, waitMillis: BACKOFF_MILLIS }, 'payments provider failed, trying again');
      await delay(BACKOFF_MILLIS);
    }
  }

  async #attempt({ card, amountCents, reference }) {
    try {
      const response = await fetch(this.#chargesUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': reference },
        body: JSON.stringify({ card, amountCents }),
        signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MILLIS),
      });
      // Read the body for every status: the span of the call ends with it.
      const body = await response.json();
      return { status: response.status, body, failure: `HTTP ${response.status}` };
    } catch (error) {
      return { failure: error.name === 'TimeoutError' ? `no answer in ${ATTEMPT_TIMEOUT_MILLIS} ms` : error.message };
    }
  }
}
