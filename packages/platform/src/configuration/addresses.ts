import { isIPv6 } from 'node:net';
import { define, fallbackOf, shown, type Variable } from './variable';

/** An http(s) URL. Without a default it must be set. A value that is none is not repeated: it may hold a password. */
export function httpUrl({ description }: { description: string }): Variable<string> {
  return define({ ...HTTP_URL, description });
}

/** The same, that may be left out. */
export function optionalHttpUrl({ description }: { description: string }): Variable<string | undefined> {
  return define<string | undefined>({ ...HTTP_URL, description, fallback: { value: undefined } });
}

const HTTP_URL = {
  kind: 'http or https URL',
  parse: (value: string) =>
    isHttpUrl(value)
      ? { ok: true as const, value }
      : {
          ok: false as const,
          fault: 'must be a URL: http://host:port or https://host:port, with a % in it written as %25',
        },
};

/** Whether it is a URL with a host for http or https, all of which can be decoded. */
export function isHttpUrl(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return false;
  return [url.pathname, url.username, url.password].every((part) => decodeUrlPart(part) !== undefined);
}

/** The text behind the percent-encoding of a part of a URL; undefined where a `%` begins none, or where it hides a NUL. */
export function decodeUrlPart(part: string): string | undefined {
  try {
    const text = decodeURIComponent(part);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Addresses `host:port`, comma-separated; an IPv6 address stands in brackets, `[fd00::1]:9093`. */
export function hostPorts(options: { default?: readonly string[]; description: string }): Variable<readonly string[]> {
  return define<readonly string[]>({
    kind: 'list of host:port',
    description: options.description,
    fallback: fallbackOf(options.default),
    parse(value) {
      const entries = entriesOf(value);
      const wrong = entries.find((entry) => parseHostPort(entry) === undefined);
      if (wrong !== undefined || entries.length === 0) {
        return { ok: false, fault: `must be a list of host:port but has ${shown(wrong ?? value)}` };
      }
      return { ok: true, value: Object.freeze(entries) };
    },
  });
}

/** `host:port` in its parts, brackets dropped; undefined where it is none. */
export function parseHostPort(address: string): { host: string; port: number } | undefined {
  const [, bracketed, name, digits] = /^(?:\[([^\]]+)\]|([^:/@\s[\]]+)):(\d{1,5})$/.exec(address) ?? [];
  const host = bracketed ?? name;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) return undefined;
  if (bracketed !== undefined && !isIPv6(bracketed)) return undefined;
  return { host, port };
}

/** A host as it stands before a port: an IPv6 address in brackets. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Origins of pages, comma-separated, as `originOf` writes them; `*` stands for any. */
export function origins(options: { default: readonly string[]; description: string }): Variable<readonly string[]> {
  return define<readonly string[]>({
    kind: 'list of origins',
    description: options.description,
    fallback: fallbackOf(options.default),
    parse(value) {
      const entries = entriesOf(value);
      const wrong = entries.find((entry) => entry !== '*' && originOf(entry) === undefined);
      if (wrong !== undefined || entries.length === 0) {
        const fault = `must be a list of origins (https://chat.example.org, or * for any) but has ${shown(wrong ?? value)}`;
        return { ok: false, fault };
      }
      return { ok: true, value: Object.freeze([...new Set(entries.map((entry) => originOf(entry) ?? entry))]) };
    },
  });
}

/**
 * The origin that a text names, as a browser writes it: scheme and host in lower case, no default port. A slash at its
 * end is forgiven. Undefined where no page can have it: another path, a login, a wildcard, `null`, a scheme of sockets.
 */
export function originOf(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.host === '' || url.hostname.includes('*')) return undefined;
  if (!['', '/'].includes(url.pathname) || /[?#@]/.test(text)) return undefined;
  if (/^(wss?|ftp|file):/.test(url.protocol)) return undefined;
  // Of an app's own scheme, capacitor://localhost, the URL standard says `null`; web views send it all the same.
  return url.origin === 'null' ? `${url.protocol}//${url.host.toLowerCase()}` : url.origin;
}

function entriesOf(value: string): string[] {
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
