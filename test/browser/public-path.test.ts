import { join, resolve } from 'node:path';
import { ServiceProcess } from '../../scripts/processes/service-process';
import { freePorts, privateDirectory } from '../testing/backend-process';
import { SystemUsers } from '../testing/system-users';
import { describeInChromium } from './testing/chromium';
import { Person } from './testing/people';

jest.setTimeout(180_000);

const ROOT = resolve(__dirname, '..', '..');
const PATH = '/chat';

describeInChromium('the page of a system that is all below a path', (chromium) => {
  let system: ServiceProcess;
  let address: string;
  let directory: ReturnType<typeof privateDirectory>;
  beforeAll(async () => {
    const port = await freePorts(4);
    directory = privateDirectory('public-path');
    address = `http://127.0.0.1:${port}`;
    system = new ServiceProcess({
      name: 'standalone',
      script: join(ROOT, 'standalone', 'dist', 'main.js'),
      environment: {
        PUBLIC_PATH: PATH,
        DATA_DIRECTORY: join(directory.path, 'data'),
        PORT: String(port),
        AUTHENTICATION_PORT: String(port + 1),
        PERSISTENCE_PORT: String(port + 2),
      },
      managementPort: port + 3,
      logDirectory: directory.path,
    });
    await system.ready();
  });
  afterAll(async () => {
    await system?.stop();
    directory?.remove();
  });

  it('is logged in to, talked at and reloaded there, and asks for nothing beside it', async () => {
    const url = `${address}${PATH}`;
    const users = await new SystemUsers({ authentication: url, persistence: url, websockets: [url] }).registerMany(2);
    const [alice, bob] = [users[0]!, users[1]!];
    const asked: string[] = [];
    const at = async (user: typeof alice, from: string): Promise<Person> => {
      const page = await chromium.page({ locale: 'en-GB' });
      page.setDefaultTimeout(20_000);
      page.on('request', (request) => asked.push(request.url()));
      page.on('websocket', (socket) => asked.push(socket.url().replace(/^ws/, 'http')));
      await page.goto(from);
      const person = new Person(user, page);
      await person.logIn();
      return person;
    };
    const hers = await at(alice, `${url}/`);
    // As people type it.
    const his = await at(bob, url);
    await hers.writeTo(bob);
    await hers.send('below a path');
    await his.entry(alice.username).click();
    await his.message('below a path').waitFor();
    await his.send('I see');
    await hers.message('I see').waitFor();
    for (const person of [hers, his]) {
      await person.page.reload();
      await person.online();
      await person.message('I see').waitFor();
      expect(await person.shown()).toEqual(['below a path', 'I see']);
    }
    expect(asked.some((one) => one.startsWith(`${url}/ws?`))).toBe(true);
    expect(asked.filter((one) => one !== url && !one.startsWith(`${url}/`) && !one.startsWith('data:'))).toEqual([]);
  });
});
