import type {Runner} from '../runner.ts';
import {lage} from './lage.ts';
import {make} from './make.ts';
import {moon} from './moon.ts';
import {nx} from './nx.ts';
import {paceline} from './paceline.ts';
import {turbo} from './turbo.ts';
import {wireit} from './wireit.ts';

/** paceline, the floor, then the peers. */
export const runners: readonly Runner[] = [paceline, make, turbo, nx, wireit, lage, moon];
