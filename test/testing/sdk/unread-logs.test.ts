import { logs } from '@opentelemetry/api-logs';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { InstalledSdk } from '../../../src/testing/sdk/installed-sdk.js';
import { LogArrival, type LogSources } from '../../../src/testing/sdk/log-arrival.js';
import { capturingLogRecordProcessor, capturingSpanProcessor } from '../../../src/testing/capture/process-wide.js';
import { Recorder } from '../../../src/testing/capture/recorder.js';
import { CaptureScope } from '../../../src/testing/capture/scope.js';
import { assertLog } from '../../../src/testing/index.js';
import { findUserSdk, type LogsApi } from '../../../src/testing/sdk/user-sdk.js';
import { unregisterGlobals } from '../../sdk.js';

/** The logs API that is part of the API of the 3.x line. */
class LogsOfApi implements LogsApi {
  #provider: object | undefined;
  getLoggerProvider = () => this.#provider as ReturnType<LogsApi['getLoggerProvider']>;
  setGlobalLoggerProvider = (provider: object) => (this.#provider = provider);
  disable = () => (this.#provider = undefined);
  emit(body: string): void {
    (this.#provider as LoggerProvider).getLogger('app').emit({ body });
  }
}

/** As traceTesting() puts it together where the 3.x line is installed, with `api-logs` beside it. */
function install(sources: Partial<LogSources> = {}) {
  const recorder = new Recorder();
  recorder.addUser(recorder, false);
  const processor = capturingLogRecordProcessor(recorder);
  const api = new LogsOfApi();
  const newLoggerProvider = () => new LoggerProvider({ processors: [processor] });
  const sdk = new InstalledSdk(
    { ...findUserSdk(undefined), logs: { api, newLoggerProvider }, unreadLogsApi: logs },
    recorder,
    capturingSpanProcessor(recorder),
    processor,
  );
  sdk.install();
  const arrival = new LogArrival(recorder, {
    findApi: () => api,
    lacksSdk: () => false,
    hasCache: false,
    mayBeUnread: () => false,
    ...sources,
  });
  const limits = { maxSpansPerScope: 10, maxLogsPerScope: 10 };
  return { sdk, api, scope: new CaptureScope(recorder.newScope('test', limits), recorder, arrival) };
}

describe('Log records emitted through a logs API that the installed SDK does not read', () => {
  beforeEach(unregisterGlobals);
  afterEach(unregisterGlobals);

  it('are counted by their run, whose failures mention them', () => {
    const early = logs.getLogger('early');
    const { scope } = install();

    scope.run(() => {
      early.emit({ body: 'a' });
      logs.getLogger('app').emit({ body: 'b' });
    });

    expect(scope.logs).to.deep.equal([]);
    expect(scope.explainNoLogs()).to.match(
      /^2 log records were emitted through @opentelemetry\/api-logs and lost: the 3\.x line/,
    );
  });

  it('are mentioned when an assertion fails, even if other log records arrived', () => {
    const { scope, api } = install();

    scope.run(() => {
      logs.getLogger('app').emit({ body: 'a' });
      api.emit('b');
    });

    expect(() => assertLog(scope, { body: 'a' })).to.throw(
      /\n1 log record was emitted through @opentelemetry\/api-logs/,
    );
    assertLog(scope, { body: 'b' });
  });

  it('are not mentioned if there were none', () => {
    const { scope } = install();

    expect(scope.explainNoLogs()).to.match(
      /^a logger provider is registered and its log records arrive here, but none was emitted\./,
    );
  });

  it('are mentioned as a possible reason if they are not watched', () => {
    const { scope } = install({ mayBeUnread: () => true });

    expect(scope.explainNoLogs()).to.match(
      /but none was emitted\.[^]*\n@opentelemetry\/api-logs is loaded, and log records emitted through it do not arrive here/,
    );
  });

  it('go to their original destination once reading ends, and always with a registered provider', () => {
    const { sdk } = install();
    sdk.remove();
    const own = new LoggerProvider();
    logs.setGlobalLoggerProvider(own);

    install().sdk.remove();

    expect(logs.getLoggerProvider()).to.equal(own);
  });
});
