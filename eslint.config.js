import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/build/**',
      'libs/store/src/generated/**',
      '.espalier/**',
      'test/dependency-fixtures/**',
    ],
  },
  js.configs.recommended,
  // Code is as wide as prettier has it; comments are read as prose.
  { rules: { 'max-len': ['error', { code: 1000, comments: 100, ignoreUrls: true }] } },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        document: 'readonly',
        setTimeout: 'readonly',
        console: 'readonly',
        performance: 'readonly',
        window: 'readonly',
        setInterval: 'readonly',
        location: 'readonly',
        Option: 'readonly',
      },
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: ['./tsconfig.eslint.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
);
