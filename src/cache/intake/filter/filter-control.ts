import { isDeepStrictEqual } from 'node:util';
import type { Handle } from '../../../support/handle.js';
import { ChangeListeners, type LiveSettings } from '../../../support/live-settings.js';
import { applyFilterChanges, NO_FILTER, type FilterOptions, type FilterSettings } from './filter-settings.js';
import { ScopeFilter } from './scope-filter.js';

/** The implementation of `cache.filter`. A change applies from the next item on. */
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

  /** The filter, or undefined while nothing is excluded: each item then costs one branch. */
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
