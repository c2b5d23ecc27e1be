import { isDeepStrictEqual } from 'node:util';
import type { Handle } from '../../../support/handle.js';
import { ChangeListeners, type LiveSettings } from '../../../support/live-settings.js';
import { applyFilterChanges, NO_FILTER, type FilterOptions, type FilterSettings } from './filter-settings.js';
import { ScopeFilter } from './scope-filter.js';

/** The filter of `cache.filter`. In force from the moment it is set, whatever else is on or off. */
export class FilterControl implements LiveSettings<FilterSettings, FilterOptions> {
  #settings: FilterSettings;
  #inForce: ScopeFilter | undefined;
  readonly #listeners = new ChangeListeners<FilterSettings>('filter');

  constructor(initial?: FilterOptions) {
    this.#settings = applyFilterChanges(NO_FILTER, initial);
    this.#inForce = ScopeFilter.of(this.#settings);
  }

  get settings(): FilterSettings {
    return this.#settings;
  }

  /** Undefined while nothing is left out: that costs a span and a log record one look. */
  get inForce(): ScopeFilter | undefined {
    return this.#inForce;
  }

  set(changes: FilterOptions): void {
    const settings = applyFilterChanges(this.#settings, changes);
    const previous = this.#settings;
    if (!this.#listeners.mayChange() || isDeepStrictEqual(settings, previous)) return;
    const inForce = ScopeFilter.of(settings);
    this.#settings = settings;
    this.#inForce = inForce;
    this.#listeners.tell(settings, previous);
  }

  onChange(listener: (settings: FilterSettings, previous: FilterSettings) => void): Handle {
    return this.#listeners.add(listener);
  }
}
