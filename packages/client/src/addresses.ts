/** Where the services are. With an Ingress (or the standalone) all of them have one address. */
export interface Addresses {
  authentication: string;
  persistence: string;
  /** Of the WebSocket: `ws:` or `wss:`, with the path. */
  websocket: string;
}

export interface AddressOptions {
  /** One address of all services, for instance `https://chat.example`. */
  url: string;
  /** Addresses of single services where they differ from `url`. */
  authenticationUrl?: string;
  persistenceUrl?: string;
  /** Of the WebSocket, with its path; `http:` and `https:` are understood as `ws:` and `wss:`. */
  websocketUrl?: string;
}

/** Completes what the user of the client said about addresses. */
export function resolveAddresses(options: AddressOptions): Addresses {
  const url = withoutSlash(options.url);
  return {
    authentication: withoutSlash(options.authenticationUrl ?? url),
    persistence: withoutSlash(options.persistenceUrl ?? url),
    websocket: (options.websocketUrl ?? `${url}/ws`).replace(/^http/, 'ws'),
  };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
