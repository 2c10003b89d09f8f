#!/usr/bin/env node
// npm links a command when it installs, and only to a file that is there: the compiled one comes
// later.
import '../dist/main.js';
