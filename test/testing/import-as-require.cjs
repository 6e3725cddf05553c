/**
 * Jest transformer for CommonJS libraries that call `import('…')` for Node's own modules: Jest's sandbox only knows
 * `import()` under an experimental flag of Node. Here the call becomes the `require` it would be; under another name,
 * because such libraries may declare a `require` of their own. On the first line, so that source maps stay true.
 */
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const HEAD = 'const outerRequire = require; ';
const CALL = 'Promise.resolve().then(() => outerRequire($1))';
const own = readFileSync(join(__dirname, 'import-as-require.cjs'));

module.exports = {
  process: (source) => ({ code: HEAD + source.replaceAll(/\bimport\(("[^"]+")\)/g, CALL) }),
  // Jest's default key leaves the transformer itself out.
  getCacheKey: (source, path) => createHash('sha256').update(own).update(path).update(source).digest('hex'),
};
