import type { StandaloneConfiguration } from './configuration';

/** Where `npm run chat` goes by itself. */
const CHAT_URL = 'http://localhost:8080';
const DEMO_USER = '123e4567-e89b-12d3-a456-426614174000';
const DEMO_RECIPIENT = '789e0123-e45b-67d8-a901-324534567890';

/** What a developer can open and try, for the terminal. */
export function describeStart(configuration: StandaloneConfiguration, url: string): string {
  const lines = [
    '',
    `  chat-app is ready.          ${url}`,
    `  Data                        ${configuration.DATA_DIRECTORY}/`,
    '',
    ...(configuration.DEMO_USERS ? tryIt(url) : ['  No demo users: open the page and register.', '']),
    '  Ctrl-C stops it.',
    '',
  ];
  return `${lines.join('\n')}\n`;
}

function tryIt(url: string): string[] {
  const websocket = url.replace(/^http/, 'ws');
  const where = url === CHAT_URL ? '' : ` ${url}`;
  return [
    '  Try it in two terminals:',
    '',
    `    npm run chat -- user1 pwd1${where}`,
    `    npm run chat -- user2 pwd2${where}`,
    '',
    '  Or by hand:',
    '',
    `    TOKEN=$(curl -s -X GET ${url}/login -H 'Content-Type: application/json' \\`,
    `      -d '{"username":"user1","password":"pwd1"}' | node -p 'JSON.parse(fs.readFileSync(0)).token')`,
    `    npx wscat -c ${websocket}/ws/${DEMO_USER} -H "Authorization: Bearer $TOKEN"`,
    `    > {"sender_id":"${DEMO_USER}","recipient_id":"${DEMO_RECIPIENT}","content":"hello"}`,
    '',
  ];
}
