/** What a run puts into the environment of its tasks. */
const OF_A_RUN: readonly string[] = [
  'PACELINE_RUN_ID',
  'PACELINE_ROOT',
  'PACELINE_TASK',
  'PACELINE_WORKSPACE',
  'PACELINE_PHASE',
  'PACELINE_STATUS',
];

/** An environment for what outlives the run that it is started in: at its end, a run ends everything that carries its mark. */
export function outsideRun(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OF_A_RUN.includes(name)));
}
