/**
 * The service's own telemetry, with its spans shown to the tests. To be loaded before the tests and the service, as
 * the service's telemetry is in production: node --import ./telemetry.mjs
 */
import { traceTesting } from 'otel-span-cache/testing';

import { cache } from '../service/telemetry.mjs';

traceTesting({ cache });
