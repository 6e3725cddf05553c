// Builds the page into web/dist: one document, and assets that bear the hash of their content in their name.
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const source = (name, file = 'index') => at(`../packages/${name}/src/${file}.ts`);
/** Names of libraries written for React. */
const PREACT = ['react', 'react-dom', 'react/jsx-runtime'].map((name) => [
  name,
  name.endsWith('jsx-runtime') ? 'preact/jsx-runtime' : 'preact/compat',
]);

await mkdir(at('dist/assets'), { recursive: true });
const bundle = await rolldown({
  input: at('src/main.tsx'),
  platform: 'browser',
  tsconfig: false,
  // Libraries for React mark what runs in a browser; here everything does.
  onLog: (level, log, handle) => log.code === 'MODULE_LEVEL_DIRECTIVE' || handle(level, log),
  transform: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // From source, as ES modules: what the page does not use stays out of it.
  resolve: {
    alias: Object.fromEntries([
      ['@chat-app/client/store', source('client', 'store/index')],
      ['@chat-app/client/tabs', source('client', 'tabs/index')],
      ['@chat-app/client', source('client')],
      ['@chat-app/protocol/pure', source('protocol', 'pure')],
      ['@chat-app/protocol', source('protocol')],
      ['@chat-app/timing', source('timing')],
      ...PREACT.toReversed(),
    ]),
  },
});
const { output } = await bundle.write({
  dir: at('dist/assets'),
  format: 'es',
  minify: true,
  sourcemap: true,
  entryFileNames: '[name]-[hash].js',
  chunkFileNames: '[name]-[hash].js',
});
await bundle.close();

const style = await readFile(at('page.css'));
const styleName = `page-${createHash('sha256').update(style).digest('base64url').slice(0, 8)}.css`;
await writeFile(at(`dist/assets/${styleName}`), style);
const script = output.find((chunk) => chunk.isEntry).fileName;
const document = (await readFile(at('index.html'), 'utf8'))
  .replace('href="page.css"', `href="assets/${styleName}"`)
  .replace('src="main.js"', `src="assets/${script}"`);
// Last and at once: a page that is being loaded finds either all of the old assets or all of the new.
await writeFile(at('dist/index.html.new'), document);
await rename(at('dist/index.html.new'), at('dist/index.html'));

const made = new Set([styleName, ...output.flatMap(({ fileName }) => [fileName, `${fileName}.map`])]);
for (const file of await readdir(at('dist/assets'))) if (!made.has(file)) await rm(at(`dist/assets/${file}`));
for (const file of ['page.js', 'page.js.map', 'page.css']) await rm(at(`dist/${file}`), { force: true });
