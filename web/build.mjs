// Builds the page: one script, one style sheet, one document in web/dist.
import { cp, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
await mkdir(at('dist'), { recursive: true });
const source = (name) => at(`../packages/${name}/src/index.ts`);
const bundle = await rolldown({
  input: at('src/main.ts'),
  platform: 'browser',
  tsconfig: false,
  // From source, as ES modules: what the page does not use stays out of it.
  resolve: { alias: { '@chat-app/client': source('client'), '@chat-app/protocol': source('protocol') } },
});
await bundle.write({ file: at('dist/page.js'), format: 'es', minify: true, sourcemap: true });
await bundle.close();
for (const file of ['index.html', 'page.css']) await cp(at(file), at(`dist/${file}`));
