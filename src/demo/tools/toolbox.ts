/** The tools that the demo agent was given, over MCP. */
import type { ToolServer } from './config.ts';

export interface GivenTool {
  name: string;
  title?: string | undefined;
  description?: string | undefined;
  inputSchema: { properties?: Record<string, unknown> | undefined; required?: string[] | undefined };
}

export interface ToolAnswer {
  /** What it says in words. */
  text: string;
  /** What it says as data; null where it says none. */
  data: Record<string, unknown> | null;
  failed: boolean;
}

export interface Toolbox {
  list(signal: AbortSignal): Promise<GivenTool[]>;
  call(name: string, args: Record<string, unknown>, signal: AbortSignal): Promise<ToolAnswer>;
}

/** Connects on first use, and anew after a failure. */
export function openToolbox({ url, headers }: ToolServer): Toolbox {
  let connecting: ReturnType<typeof connect> | null = null;

  async function connect() {
    // Loaded here: most demo agents have no tools.
    const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    const client = new Client(
      { name: 'paliadin-demo', version: '1.0.0' },
      { versionNegotiation: { mode: 'auto' }, jsonSchemaValidator: NO_CHECK },
    );
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
    return client;
  }

  async function connected() {
    connecting ??= connect();
    try {
      return await connecting;
    } catch (error) {
      connecting = null;
      throw error;
    }
  }

  return {
    async list(signal) {
      const client = await connected();
      return (await client.listTools(undefined, { signal, cacheMode: 'refresh' })).tools as GivenTool[];
    },
    async call(name, args, signal) {
      const client = await connected();
      // A person may take their time to allow it.
      const result = await client.callTool({ name, arguments: args }, { signal, timeout: DAY_MS });
      const { content = [], structuredContent, isError } = result as RawResult;
      const text = content.flatMap((block) => (block.type === 'text' ? [block.text ?? ''] : [])).join('\n\n');
      return { text, data: structuredContent ?? null, failed: isError === true };
    },
  };
}

interface RawResult {
  content?: { type: string; text?: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
}

/** It shows what comes, whatever its shape. */
const NO_CHECK = {
  getValidator: () => (input: unknown) => ({ valid: true as const, data: input as never, errorMessage: undefined }),
};

const DAY_MS = 86_400_000;
