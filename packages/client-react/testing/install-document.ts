import { JSDOM } from 'jsdom';

/** The window of the document that components are drawn into. Import it before anything of react-dom, which looks for it. */
export const { window } = new JSDOM('<!doctype html><body></body>');

for (const [name, value] of Object.entries({
  ...{ window, document: window.document, navigator: window.navigator },
  // React says in tests what was drawn outside of act().
  IS_REACT_ACT_ENVIRONMENT: true,
})) {
  // Node has a navigator of its own from 21 on, that can only be defined anew.
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
