/** Where the services are: beside this page, whatever path it is served below. Without a slash at its end. */
export function baseUrl(): string {
  return new URL('.', location.href).href.replace(/\/$/, '');
}
