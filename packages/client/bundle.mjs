// Bundles the client as one ES module for browsers: node packages/client/bundle.mjs FILE
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: node packages/client/bundle.mjs FILE');
const bundle = await rolldown({
  input: at('src/index.ts'),
  platform: 'browser',
  tsconfig: false,
  // From source, as ES modules: what is not used stays out of it.
  resolve: {
    alias: {
      '@chat-app/protocol/pure': at('../protocol/src/pure.ts'),
      '@chat-app/protocol': at('../protocol/src/index.ts'),
      '@chat-app/timing': at('../timing/src/index.ts'),
    },
  },
});
await bundle.write({ file: resolve(file), format: 'es', minify: true });
await bundle.close();
