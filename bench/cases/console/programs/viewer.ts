/* Watches a console as its page does, `viewer.js <url> <token>`: the newest traces, as they come. */

const [, , url, token] = process.argv;
process.on('disconnect', () => process.exit());

const response = await fetch(new URL('/api/v1/live?view=traces&limit=100', url), {
  headers: { authorization: `Bearer ${token!}` },
});
const reader = response.body!.getReader();
const next = () => reader.read().catch(() => ({ done: true }));
while (!(await next()).done);
