import type { ComponentType } from 'preact';
import { onDemand } from '../parts/on-demand.js';
import type { Route } from '../state/route.js';
import { TracesScreen } from './traces.js';

/** The first screen is part of the page's script, so that its rows appear at once. */
export const SCREEN_PARTS: Readonly<Record<Route['screen'], ComponentType>> = {
  traces: TracesScreen,
  trace: onDemand(({ TraceScreen }) => TraceScreen),
  stacks: onDemand(({ StacksScreen }) => StacksScreen),
  time: onDemand(({ TimeScreen }) => TimeScreen),
  errors: onDemand(({ ErrorsScreen }) => ErrorsScreen),
  logs: onDemand(({ LogsScreen }) => LogsScreen),
  open: onDemand(({ OpenScreen }) => OpenScreen),
  file: onDemand(({ FileScreen }) => FileScreen),
};
