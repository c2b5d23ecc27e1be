import type { SpanDetail } from '../../api/schemas.js';
import { piece, type Line } from '../../text/styled.js';

type Attributes = SpanDetail['attributes'];

/** Semantic-convention attributes that describe how a call was made, not its purpose. */
const CIRCUMSTANCES =
  /^(?:client|code|deployment|error\.type|exception|host|http\.(?:flavor|host|scheme|target|user_agent|request\.header|response\.header|response_content_length|status_text)|k8s|log\.iostreams|net|network|os|otel|process|server|telemetry|thread|url\.(?:full|query|scheme)|user_agent)(?:\.|$)/;

/** Attributes that are part of an event's text or stack trace. */
const OF_EXCEPTION = /^exception\./;

/** All attributes of a span, or only the telling ones, which add to its name. */
export function spanAttributes({ attributes, name }: Pick<SpanDetail, 'attributes' | 'name'>, all: boolean): Line[] {
  const isTelling = (value: Attributes[string]): boolean => typeof value !== 'string' || !name.includes(value);
  return parts(attributes, (key, value) => all || (!CIRCUMSTANCES.test(key) && isTelling(value)));
}

/** All attributes of an event or a log line, or only the telling ones, which add to its text. */
export function eventAttributes(attributes: Attributes, all: boolean): Line[] {
  return parts(attributes, (key) => !OF_EXCEPTION.test(key) && (all || !CIRCUMSTANCES.test(key)));
}

function parts(attributes: Attributes, isShown: (key: string, value: Attributes[string]) => boolean): Line[] {
  return Object.entries(attributes)
    .filter(([key, value]) => isShown(key, value))
    .map(([key, value]) => [piece(`${key}=`, 'dim'), piece(valueText(value))]);
}

export function valueText(value: Attributes[string]): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
