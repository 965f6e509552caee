declare const PACELINE_VERSION: string | undefined;

/** The published version; put in by the build. */
export const VERSION: string = typeof PACELINE_VERSION === 'string' ? PACELINE_VERSION : '0.0.0-source';
