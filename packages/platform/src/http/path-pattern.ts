/** Paths as routes write them: `/users/{user_id}`, braces around one whole segment. */

/** The path as express wants it: `/users/:user_id`. @throws TypeError when braces are used otherwise */
export function expressPath(path: string): string {
  const translated = path.replace(/\{([a-z][a-z0-9_]*)\}(?=\/|$)/gi, ':$1');
  if (!path.startsWith('/') || /[{}]/.test(translated)) throw new TypeError(`the path ${path} is not one of a route`);
  return translated;
}

/** Makes a test for request paths of this pattern. */
export function pathMatcher(path: string): (requestPath: string) => boolean {
  const escaped = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+');
  const expression = new RegExp(`^${escaped}/?$`);
  return (requestPath) => expression.test(requestPath);
}

/** Fills parameters in, percent-encoded. @throws TypeError when one is missing */
export function fillPath(path: string, params: Readonly<Record<string, string>> = {}): string {
  return path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new TypeError(`the path ${path} needs a value for ${name}`);
    return encodeURIComponent(value);
  });
}
