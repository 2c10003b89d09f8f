// Jest takes one timeout for all projects: each project's own is in its globals.
import { jest } from '@jest/globals';

jest.setTimeout(globalThis.TEST_TIMEOUT_MS);
