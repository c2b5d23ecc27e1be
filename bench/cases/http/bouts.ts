import type { Bout, ServiceProcess } from './service-process.js';

/** How long one service is under load before the next one. */
export const BOUT_SECONDS = 2;

/** Warm-up rounds, which are not counted: a service becomes twice as fast in its first seconds. */
const WARM_UP_ROUNDS = 2;

export const MIN_ROUNDS = WARM_UP_ROUNDS + 2;

/** Puts load on the services in turn, in a different order in each round. */
export async function bouts(services: readonly ServiceProcess[], rounds: number): Promise<Bout[][]> {
  const all = services.map((): Bout[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < services.length; turn++) {
      const which = (round + turn) % services.length;
      const bout = await services[which]!.load(BOUT_SECONDS);
      if (round >= WARM_UP_ROUNDS) all[which]!.push(bout);
    }
  }
  return all;
}
