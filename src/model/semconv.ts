/* Keys of OpenTelemetry's semantic conventions that the code reads or writes. */

export const ERROR_TYPE = 'error.type';
export const EXCEPTION_TYPE = 'exception.type';
export const EXCEPTION_MESSAGE = 'exception.message';
export const EXCEPTION_STACKTRACE = 'exception.stacktrace';
export const OTEL_COMPONENT_NAME = 'otel.component.name';
export const OTEL_COMPONENT_TYPE = 'otel.component.type';
export const SERVICE_NAME = 'service.name';
export const THREAD_ID = 'thread.id';
export const THREAD_NAME = 'thread.name';
