/** What a controller reads of an Ingress. */
export interface Ingress {
  spec: {
    tls?: { secretName: string }[];
    rules: { host?: string; http: { paths: IngressPath[] } }[];
  };
}

interface IngressPath {
  path: string;
  pathType: string;
  backend: { service: Backend };
}

/** A Service, and the name of one of its ports. */
export interface Backend {
  name: string;
  port: { name: string };
}

/** Port on which nginx speaks TLS; an unprivileged user may have it. */
export const TLS_PORT = 8443;
/** Where nginx finds its certificate, as Secrets for TLS name the files. */
export const TLS_DIRECTORY = '/etc/ingress-tls';

/** Every Service that the rules name, once. */
export function backendsOf({ spec }: Ingress): Backend[] {
  const backends = spec.rules.flatMap(({ http }) => http.paths.map(({ backend }) => backend.service));
  return [...new Map(backends.map((backend) => [keyOf(backend), backend])).values()];
}

/**
 * The rules of an Ingress in the words of nginx. Headers are those that controllers set by themselves; what needs an annotation
 * stays as nginx has it.
 * @param addresses backends, each with host:port of its pods
 * @throws Error for a type of path whose meaning is left to the controller
 */
export function nginxConfiguration(ingress: Ingress, addresses: ReadonlyMap<Backend, readonly string[]>): string {
  const upstreams = [...addresses].map(([backend, pods]) => {
    const servers = pods.map((address) => `server ${address};`);
    return `upstream ${keyOf(backend)} { ${servers.join(' ')} keepalive 8; }`;
  });
  const servers = ingress.spec.rules.map(
    ({ host = '_', http }) => `server {
    listen ${TLS_PORT} ssl;
    server_name ${host};
    ssl_certificate ${TLS_DIRECTORY}/tls.crt;
    ssl_certificate_key ${TLS_DIRECTORY}/tls.key;
    ${http.paths.flatMap(locationsOf).join('\n    ')}
    ${http.paths.some(({ path }) => path === '/') ? '' : 'location / { return 404; }'}
  }`,
  );
  return `${MAIN}
http {
  ${HTTP}
  ${upstreams.join('\n  ')}
  ${servers.join('\n  ')}
}
`;
}

/** One worker, so that backends take turns over all connections. */
const MAIN = `daemon off;
worker_processes 1;
pid /tmp/nginx.pid;
error_log stderr notice;
events {}`;

const HTTP = `log_format upstreams '$status $uri $upstream_addr';
  access_log /dev/stdout upstreams;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path /tmp/${name};`).join('\n  ')}
  map $http_upgrade $connection_header { default upgrade; '' ''; }
  proxy_http_version 1.1;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $connection_header;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;`;

/** A prefix ends between two elements of a path. */
function locationsOf({ path, pathType, backend: { service } }: IngressPath): string[] {
  if (pathType !== 'Prefix') throw new Error(`what ${pathType} means each controller decides`);
  const places = path === '/' ? ['/'] : [`= ${path}`, `${path}/`];
  return places.map((place) => `location ${place} { proxy_pass http://${keyOf(service)}; }`);
}

function keyOf({ name, port }: Backend): string {
  return `${name}-${port.name}`;
}
