import { describeWithHelm, notesOf } from './render';

const ROUTED = { trustedProxies: 1, networkPolicy: { ingressFrom: [{ namespaceSelector: {} }] } };
const CLEAR = /cross(es)? the network in the clear/;

describeWithHelm('the notes of an installation', () => {
  it.each([
    ['passwords and tokens', { ...ROUTED, ingress: { enabled: true } }, 'ingress.tlsSecret'],
    ['messages', { kafka: { clientAuthentication: 'scram-sha-512', tls: { enabled: false } } }, 'kafka.tls.enabled'],
    ['messages and password hashes', { database: { tls: { enabled: false } } }, 'database.tls.enabled'],
  ])('warn where %s cross the network without TLS', (what, values, setting) => {
    const warnings = notesOf(values)
      .split('\n')
      .filter((line) => CLEAR.test(line));
    expect(warnings).toEqual([expect.stringContaining(setting)]);
    expect(warnings[0]).toContain(what);
  });

  it('do not where all of it is encrypted', () => {
    const notes = notesOf({ ...ROUTED, ingress: { enabled: true, tlsSecret: 'chat-tls' } });
    expect(notes).toContain('https://');
    expect(notes).not.toMatch(CLEAR);
  });

  it.each([
    ['https', { ingress: { enabled: true, host: 'chat.example.org', tlsSecret: 'chat-tls' } }],
    ['http(s)', { httpRoute: { enabled: true, parentRefs: [{ name: 'g' }], hostnames: ['chat.example.org'] } }],
  ])('name the address of the page with the path that it is below, by %s', (scheme, route) => {
    expect(notesOf({ ...ROUTED, ...route, publicPath: '/chat' })).toContain(
      `Open ${scheme}://chat.example.org/chat/\n`,
    );
  });
});
