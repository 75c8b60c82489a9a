import about from '../../package.json' with { type: 'json' };

/** Version of Paliadin, gateway and host alike. */
export const VERSION: string = about.version;
