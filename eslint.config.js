import tseslint from 'typescript-eslint';

/** Folder under src/ → folders it may import. Everything else is refused; `main/` joins them all. */
const mayImport = {
  core: [],
  protocol: ['core'],
  system: ['core'],
  config: ['system', 'core'],
  firewall: ['system', 'protocol', 'core'],
  upstream: ['system', 'protocol', 'core'],
  logs: ['system', 'protocol', 'core'],
  state: ['system', 'protocol', 'core'],
  tasks: ['core', 'protocol', 'config'],
  site: ['config', 'core'],
  web: ['site', 'tasks', 'config', 'core'],
  control: ['tasks', 'config', 'core'],
  cli: ['tasks', 'config', 'core'],
  portal: ['site', 'system', 'config', 'protocol', 'core'],
};
/** Node's own modules a pure folder may use: computation only, no files, sockets, clocks or processes. */
const nodeAllowed = { core: [], protocol: ['crypto', 'zlib', 'buffer'] };

const folders = [...Object.keys(mayImport), 'main'];
const boundaries = Object.entries(mayImport).map(([folder, allowed]) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: folders
              .filter((other) => other !== folder && !allowed.includes(other))
              .flatMap((other) => [`**/${other}/**`]),
            message: `${folder}/ may import only: ${allowed.join(', ') || 'nothing'}.`,
          },
          ...(folder in nodeAllowed
            ? [
                {
                  group: ['node:*', ...nodeAllowed[folder].map((name) => `!node:${name}`)],
                  message: `${folder}/ is pure.`,
                },
              ]
            : []),
        ],
      },
    ],
  },
}));

/** The process, its environment and its clock are reached in main/ and system/ only. */
const hostAccess = {
  files: Object.keys(mayImport)
    .filter((folder) => folder !== 'system')
    .map((folder) => `src/${folder}/**/*.ts`),
  rules: {
    'no-restricted-properties': [
      'error',
      { object: 'process', property: 'env', message: 'Read the environment in main/.' },
      { object: 'process', property: 'exit', message: 'Return an exit code to main/.' },
      { object: 'Date', property: 'now', message: 'Take the Clock port.' },
    ],
  },
};

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'public/', '.run/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      complexity: ['error', 10],
      'max-depth': ['error', 3],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  ...boundaries,
  hostAccess,
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-lines': 'off',
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
