/**
 * The service's production telemetry, with its cache connected to the tests. Load it before the tests and the service:
 * node --import ./telemetry.mjs
 */
import { traceTesting } from 'otel-span-cache/testing';

import { cache } from '../service/telemetry.mjs';

traceTesting({ cache });
