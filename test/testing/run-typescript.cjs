/**
 * Lets Node run TypeScript sources as they are, for child processes of tests: `node -r …/run-typescript.cjs file.ts`.
 * Types are not checked.
 */
const { readFileSync } = require('node:fs');
const ts = require('typescript');

const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023, esModuleInterop: true };

require.extensions['.ts'] = (module, fileName) => {
  module._compile(
    ts.transpileModule(readFileSync(fileName, 'utf8'), { compilerOptions, fileName }).outputText,
    fileName,
  );
};
