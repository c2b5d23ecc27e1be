import { CASES } from '../cases/index.js';

/*
 * Measures one case, `case-process.js <name> <millis>`, and sends the result to the parent process. Without a parent,
 * for instance under a profiler, the result is discarded.
 */

const [, , name, millis] = process.argv;
const measured = await CASES.find((each) => each.name === name)!.measure(Number(millis));
// Exits even if a service or a timer is still open.
if (process.send) process.send(measured, () => process.exit());
else process.exit();
