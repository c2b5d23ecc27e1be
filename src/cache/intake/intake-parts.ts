import type { Stages } from '../driver/cycles.js';
import type { Driver } from '../driver/driver.js';
import type { OpenSpans } from '../reconcile/open-spans.js';
import type { SpansRecordedHere } from '../sampling/spans-recorded-here.js';
import type { FilterControl } from './filter/filter-control.js';
import type { Gate } from './gate.js';
import type { HookObservers } from './hook-observers.js';
import type { OwnSpans } from './own-spans.js';

/** The parts shared by the intakes and the SDK-facing classes in front of them. */
export interface IntakeParts extends Omit<Stages, 'reconciler' | 'fanOut'> {
  readonly gate: Gate;
  readonly filter: FilterControl;
  readonly own: OwnSpans;
  readonly observers: HookObservers;
  readonly recordedHere: SpansRecordedHere;
  readonly openSpans: OpenSpans | undefined;
  readonly driver: Driver;
}

/** The lifecycle methods that an SDK calls on the processors and the exporter. */
export interface Lifecycle {
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}
