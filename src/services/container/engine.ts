import Docker from 'dockerode';

/** Removes a container of ours with its anonymous volumes; one that is gone already is fine. */
export async function removeContainer(engine: string, id: string): Promise<void> {
  const docker = new Docker({socketPath: engine});
  try {
    await docker.getContainer(id).remove({force: true, v: true});
  } catch (error) {
    if ((error as {statusCode?: number}).statusCode !== 404) throw error;
  }
}
