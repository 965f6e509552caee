import {createHash, createHmac, pbkdf2, randomBytes} from 'node:crypto';
import {promisify} from 'node:util';

/** RFC 7677 asks for at least so many; some clients refuse fewer. */
const ITERATIONS = 4096;

export function randomPassword(): string {
  return randomBytes(18).toString('base64url');
}

/**
 * What the server keeps of a password, made here so that handing it over costs the server nothing:
 * `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`; RFC 5803, postgresql.org/docs/current/catalog-pg-authid.html.
 */
export async function scramVerifier(password: string): Promise<string> {
  const salt = randomBytes(16);
  const salted = await promisify(pbkdf2)(password, salt, ITERATIONS, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
