import {request as plainRequest, type RequestOptions} from 'node:http';
import {engineCandidates, placeOf} from './engine-address.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How long an engine may take to answer a small question, ms. */
const ANSWER_MS = 5000;

/** Whether the engine answers that programs of this environment use. */
export async function engineAnswers(env: Environment): Promise<boolean> {
  return (await ask(env, '/_ping'))?.status === 200;
}

/**
 * What an image is, whatever its name means by now: `name@sha256:...` where it came from a registry, else its digest.
 * @returns undefined when no engine answers, or it does not have the image
 */
export async function imageDigest(image: string, env: Environment): Promise<string | undefined> {
  const answer = await ask(env, `/images/${image}/json`);
  if (answer?.status !== 200) return undefined;
  const {Id, RepoDigests} = JSON.parse(answer.text) as {readonly Id: string; readonly RepoDigests?: readonly string[]};
  return RepoDigests?.[0] ?? Id;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Of the first engine that says anything: the library that does more than ask takes longer to load than all of this. */
async function ask(env: Environment, path: string): Promise<Answer | undefined> {
  for (const address of addressesOf(env)) {
    try {
      const {isSecure, ...place} = placeOf(address);
      return await answerOf({...place, path}, isSecure ? (await import('node:https')).request : plainRequest);
    } catch {
      // the next one may answer
    }
  }
  return undefined;
}

/** None, where an engine is named that cannot be reached from here. */
function addressesOf(env: Environment): readonly string[] {
  try {
    return engineCandidates(env).map(({address}) => address);
  } catch {
    return [];
  }
}

function answerOf(options: RequestOptions, request: typeof plainRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const question = request({...options, agent: false, timeout: ANSWER_MS}, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject);
      response.once('end', () => resolve({status: response.statusCode ?? 0, text}));
    });
    question.once('timeout', () => question.destroy(new Error(`no answer within ${ANSWER_MS} ms`)));
    question.once('error', reject);
    question.end();
  });
}
