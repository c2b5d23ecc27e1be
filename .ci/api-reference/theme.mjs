import { MarkdownTheme, MarkdownThemeContext } from 'typedoc-plugin-markdown';

/*
 * A page without what its signatures say already: parameters and returned values are listed only with something to
 * say of them, and members do not name the interface they come from.
 */

/** @param {import('typedoc-plugin-markdown').MarkdownApplication} app */
export function load(app) {
  app.renderer.defineTheme('terse', TerseTheme);
}

class TerseTheme extends MarkdownTheme {
  getRenderContext(page) {
    return new TerseContext(this, page, this.application.options);
  }
}

class TerseContext extends MarkdownThemeContext {
  constructor(...args) {
    super(...args);
    const { signature, signatureReturns } = this.partials;
    this.partials = {
      ...this.partials,
      signature: (model, options) => [signature(model, options), this.#parameters(model)].filter(Boolean).join('\n\n'),
      signatureReturns: (model, options) => (model.comment?.getTag('@returns') ? signatureReturns(model, options) : ''),
      inheritance: () => '',
    };
  }

  #parameters({ parameters = [] }) {
    return parameters
      .filter(({ comment }) => comment?.hasVisibleComponent())
      .map(({ name, comment }) => `- \`${name}\`: ${this.helpers.getCommentParts(comment.summary)}`)
      .join('\n');
  }
}
