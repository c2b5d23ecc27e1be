import { CASES } from '../cases/index.js';

/*
 * Measures one case, `case-process.js <name> <millis>`, and sends its parent what it measured. Started by hand, for a
 * profile, it has nobody to tell.
 */

const [, , name, millis] = process.argv;
const measured = await CASES.find((each) => each.name === name)!.measure(Number(millis));
// What is still open, a service or a timer, is not waited for.
if (process.send) process.send(measured, () => process.exit());
else process.exit();
