import type { Command } from 'commander';

interface CommandEntry {
  readonly name: string;
  readonly description: string;
  /** Imports the command's module with its libraries, some of which are large. */
  readonly load: () => Promise<Command>;
}

/** The commands, in the order in which `espalier --help` lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'up',
    description: 'start the stack on this machine: Postgres, Temporal, the API, the orchestrator and one worker',
    load: async () => (await import('./stack.js')).upCommand(),
  },
  {
    name: 'down',
    description: 'stop the stack; campaigns go on from their last checkpoints when it is started again',
    load: async () => (await import('./stack.js')).downCommand(),
  },
  {
    name: 'status',
    description: 'show what of the stack runs',
    load: async () => (await import('./stack.js')).statusCommand(),
  },
  {
    name: 'doctor',
    description: 'check this machine and say how to mend what is wrong',
    load: async () => (await import('./doctor.js')).doctorCommand(),
  },
  {
    name: 'campaign',
    description: 'launch campaigns and look after them',
    load: async () => (await import('./campaign.js')).campaignCommand(),
  },
  {
    name: 'candidate',
    description: 'look at candidates and take their models away',
    load: async () => (await import('./candidate.js')).candidateCommand(),
  },
  {
    name: 'front',
    description: "show a campaign's front: the candidates that no other beats in both accuracy and its cost",
    load: async () => (await import('./front.js')).frontCommand(),
  },
  {
    name: 'energy',
    description: 'price a network on a chip: energy per layer and memory level',
    load: async () => (await import('./energy.js')).energyCommand(),
  },
  {
    name: 'accelerator',
    description: 'look at chips that are shipped, and describe your own',
    load: async () => (await import('./accelerator.js')).acceleratorCommand(),
  },
  {
    name: 'model',
    description: 'look at a trained model of your own, and write it in other formats',
    load: async () => (await import('./model.js')).modelCommand(),
  },
  {
    name: 'worker',
    description: 'see the workers, and take one out of service',
    load: async () => (await import('./worker.js')).workerCommand(),
  },
  {
    name: 'search',
    description:
      'search any function of two to five objectives, without a stack: a file, or a program that asks and tells by lines',
    load: async () => (await import('./search.js')).searchCommand(),
  },
  {
    name: 'demo',
    description: 'run a first campaign from nothing: LeNet-5 on MNIST, pruned for the Eyeriss chip',
    load: async () => (await import('./demo.js')).demoCommand(),
  },
  {
    name: 'completion',
    description: 'print a script that completes commands and options in your shell',
    load: async () => (await import('./completion.js')).completionCommand(loadCommands),
  },
];

/** Loads every command, with its description. */
function loadCommands(): Promise<Command[]> {
  return Promise.all(COMMANDS.map(async ({ load, description }) => (await load()).description(description)));
}
