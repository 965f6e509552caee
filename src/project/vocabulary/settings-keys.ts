import {type KeySpec, type TableSpec, unless} from './key-spec.ts';

/** `[execution]`. */
export const execution: TableSpec = {
  keys: {
    max_parallel_phases: {types: ['count'], doc: 'Tasks at once.', example: '6'},
    timeout_seconds: {types: ['duration'], doc: 'Time limit of each phase that does not say its own.', example: '300'},
    retry_attempts: {
      types: ['count'],
      doc: 'Attempts after the first failure, for phases that do not say.',
      example: '3',
    },
    retry_delay_seconds: {
      types: ['duration'],
      doc: 'Wait before the first retry, for phases that do not say.',
      example: '5',
    },
    command_timeout: {
      types: ['duration'],
      doc: 'Time limit of each command, for phases that do not say.',
      example: '"60s"',
    },
    run_timeout: {types: ['duration'], doc: 'Time limit of the whole run.', example: '"30m"'},
    grace: {types: ['duration'], doc: 'From the polite signal to the kill.', example: '"3s"'},
    circuit_breaker_enabled: unwanted('Stop calling what keeps failing.', 'there is no circuit breaker'),
    rate_limiting_enabled: unwanted('Start fewer tasks a second.', 'there is no rate limit; use max_parallel_phases'),
  },
};

/** A switch that changes nothing when it is off, and is not there to be switched on. */
function unwanted(doc: string, reason: string): KeySpec {
  return {types: ['boolean'], doc, example: 'false', unsupported: unless(false, reason), inherent: 'Off is how it is.'};
}

/** `[budget]`. */
export const budget: TableSpec = {
  keys: {
    total: {types: ['duration'], doc: 'How long a whole run may take.', example: '"60s"'},
    stretch: {types: ['duration'], doc: 'How long it should take.', example: '"45s"'},
    task: {types: ['duration'], doc: 'A task that takes longer is told of (default: 10s).', example: '"20s"'},
  },
  names: [
    {
      placeholder: '<phase>',
      sample: 'build',
      spec: {
        types: ['duration'],
        doc: 'How long a phase may take in all workspaces together, from its first start to its last end.',
        example: '"20s"',
      },
    },
  ],
};

/** `[cache]`. */
export const cache: TableSpec = {
  keys: {
    enabled: {types: ['boolean'], doc: 'Skip phases whose result is known.', example: 'false'},
    enable_caching: {types: ['boolean'], doc: 'The same as `enabled`.', example: 'false', aliasOf: 'enabled'},
    directory: {types: ['string'], doc: 'Where results are kept, relative to the root.', example: '".cache"'},
    cache_directory: {types: ['string'], doc: 'The same as `directory`.', example: '".cache"', aliasOf: 'directory'},
    cache_ttl_seconds: {
      types: ['duration'],
      doc: 'Results that were not used for so long are removed.',
      example: '7200',
    },
    max_cache_size_mb: {
      types: ['number'],
      doc: 'The least recently used results are removed beyond this size.',
      example: '1000',
    },
    inputs: {
      types: ['strings'],
      doc: 'Globs relative to the root that are inputs of every cached phase.',
      example: '["config/**"]',
    },
    env: {
      types: ['strings'],
      doc: 'Names of variables that every cached phase gets, and that change its key.',
      example: '["API_URL"]',
    },
    pass_env: {
      types: ['strings'],
      doc: 'Names of variables that every cached phase gets, and that do not change its key; `["*"]` passes everything.',
      example: '["SSH_AUTH_SOCK"]',
    },
    invalidate_on_change: {
      types: ['boolean'],
      doc: 'A changed input makes a result useless.',
      example: 'true',
      unsupported: unless(true, 'a changed input always makes a result useless'),
      inherent: 'A changed input always makes a result useless.',
    },
    cache_compression: unwanted('Compress results.', 'there is no switch for it'),
    cache_encryption: unwanted('Encrypt results.', 'results are not encrypted'),
    distributed_cache: unwanted('Share results between machines.', 'it takes the address of a store'),
  },
};

/** `[state]`. */
export const state: TableSpec = {
  keys: {
    file: {
      types: ['string'],
      doc: 'A ggen state file whose successes count for `first_run_only`.',
      example: '".ggen/other.json"',
    },
    state_file: {types: ['string'], doc: 'The same as `file`.', example: '".ggen/other.json"', aliasOf: 'file'},
    persist_execution_state: {types: ['boolean'], doc: 'Keep a history of runs.', example: 'false'},
    skip_if_exists: {
      types: ['strings'],
      doc: '`first_run_only` phases count as done when all of these are there.',
      example: '["Cargo.toml"]',
    },
    force_rerun_if_changed: {
      types: ['strings'],
      doc: 'Globs that are inputs of every cached phase.',
      example: '["make.toml"]',
    },
    backup_state: unwanted(
      'Keep a copy of the state file.',
      'the history is a database that survives crashes; the state file is only read',
    ),
    track_generated_files: unwanted(
      'Keep a list of written files.',
      'declare `outputs` for the phases that write them',
    ),
    state_compression: unwanted('Compress the state file.', 'the state file is only read'),
    state_encryption: unwanted('Encrypt the state file.', 'the state file is only read'),
  },
};
