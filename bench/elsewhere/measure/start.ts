import { medianOf } from '../../measure/statistics.js';
import { withConsole } from '../process/running.js';
import { eachConsole, inTurn, type Measure } from './measure.js';

/** Starts for each round of the other groups. */
const STARTS = 3;

export const measureStart: Measure = async (setting) => {
  const { consoles, node, rounds } = setting;
  const starts = await inTurn({ ...setting, rounds: rounds * STARTS }, async (console) =>
    withConsole(console, node, async ({ startMillis, startCpuMillis }) => ({ startMillis, startCpuMillis })),
  );
  return {
    'start-cpu': await eachConsole(consoles, ({ id }) => medianOf(starts[id].map((each) => each.startCpuMillis))),
    'start-wall': await eachConsole(consoles, ({ id }) => medianOf(starts[id].map((each) => each.startMillis))),
  };
};
