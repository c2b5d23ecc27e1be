import { SpanCache } from 'otel-span-cache';

try {
  console.log(new SpanCache({ queueCapacity: -1 }));
} catch (error) {
  console.log(error.stack);
}
