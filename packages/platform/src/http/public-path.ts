import type { IncomingMessage, RequestListener } from 'node:http';

/** A path below which everything public is: `/chat`, or nothing. */
export const PUBLIC_PATH = /^(\/[A-Za-z0-9._~-]+)*$/;

/**
 * Takes a path away from the address of a request, where it begins with it: what answers is written as for the root. A
 * request without it is left as it is, so that a proxy may take the path away itself.
 */
export function takePublicPath(request: IncomingMessage, path: string): void {
  const { url = '' } = request;
  if (path !== '' && url.startsWith(`${path}/`)) request.url = url.slice(path.length);
}

/** Answers requests below a path. Whoever asks for the path itself is sent to its folder, where the page's files are. */
export function belowPublicPath(path: string, listener: RequestListener): RequestListener {
  if (path === '') return listener;
  return (request, response) => {
    const [asked = '', query] = (request.url ?? '').split('?');
    if (asked === path) {
      response.writeHead(308, { Location: query === undefined ? `${path}/` : `${path}/?${query}` }).end();
      return;
    }
    takePublicPath(request, path);
    listener(request, response);
  };
}
