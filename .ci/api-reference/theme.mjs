import { Converter, ReflectionKind } from 'typedoc';
import { MarkdownTheme, MarkdownThemeContext } from 'typedoc-plugin-markdown';

/*
 * Omits repetitions: parameters and return values are listed only if they have a comment, inherited members only where
 * they are declared.
 */

/** After TypeDoc has linked inherited members to their declarations, and before it sorts members into groups. */
const AFTER_LINKS = -1;

/** @param {import('typedoc-plugin-markdown').MarkdownApplication} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => removeRepetitions(project), AFTER_LINKS);
  app.renderer.defineTheme('terse', TerseTheme);
}

/**
 * Removes members that a documented base type describes, and all but one of the signatures that the merged declarations
 * of `Disposable` have.
 *
 * @param {import('typedoc').ProjectReflection} project
 */
function removeRepetitions(project) {
  const types = project.getReflectionsByKind(ReflectionKind.ClassOrInterface);
  const repeated = types.flatMap((type) => [
    ...inheritedMembers(type),
    ...(type.children ?? []).flatMap(repeatedSignatures),
  ]);
  for (const reflection of repeated) project.removeReflection(reflection);
}

function inheritedMembers({ children = [], extendedTypes = [] }) {
  const bases = extendedTypes.flatMap(({ reflection }) => reflection ?? []);
  return children.filter(
    ({ name, inheritedFrom }) => inheritedFrom && bases.some((base) => base.getChildByName([name])),
  );
}

function repeatedSignatures({ name, signatures = [] }) {
  if (!/^\[(?:asyncD|d)ispose\]$/.test(name)) return [];
  return signatures.filter((signature) => signature !== (signatures.find(({ comment }) => comment) ?? signatures[0]));
}

/** A type's bases without `Sync` and `Async`, the names by which declarations import `Disposable` and `AsyncDisposable`. */
function withoutPrivateNames(bases) {
  if (bases.isTarget) return bases;
  const types = bases.types.filter(({ name }) => !['Sync', 'Async'].includes(name));
  return types.length > 0 ? { ...bases, types } : bases.next;
}

class TerseTheme extends MarkdownTheme {
  getRenderContext(page) {
    return new TerseContext(this, page, this.application.options);
  }
}

class TerseContext extends MarkdownThemeContext {
  constructor(...args) {
    super(...args);
    const { hierarchy, signature, signatureReturns } = this.partials;
    this.partials = {
      ...this.partials,
      signature: (model, options) => [signature(model, options), this.#parameters(model)].filter(Boolean).join('\n\n'),
      signatureReturns: (model, options) => (model.comment?.getTag('@returns') ? signatureReturns(model, options) : ''),
      inheritance: () => '',
      hierarchy: (model, options) => hierarchy(withoutPrivateNames(model), options),
    };
  }

  #parameters({ parameters = [] }) {
    return parameters
      .filter(({ comment }) => comment?.hasVisibleComponent())
      .map(({ name, comment }) => `- \`${name}\`: ${this.helpers.getCommentParts(comment.summary)}`)
      .join('\n');
  }
}
