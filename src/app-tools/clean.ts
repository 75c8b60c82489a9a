/**
 * What the application says, made fit for an agent: without characters that a terminal would obey, without lines that
 * imitate Paliadin's own, and within bounds. It stays the application's text: what it means is not judged here.
 */
import {
  type AppContent,
  type AppTool,
  type AppToolResult,
  MAX_TOOLS_BYTES,
  TOOL_NAME_PATTERN,
} from '../contract/app-tools.ts';
import { cleanText } from '../contract/sanitise.ts';
import { ApplicationFailure } from '../turn/app-tools/application.ts';

/** As the protocol's library has read it. */
export interface RawTool {
  name: string;
  title?: string | undefined;
  description?: string | undefined;
  inputSchema: unknown;
  annotations?: AppTool['annotations'] | undefined;
}

export function cleanTools(raw: readonly RawTool[]): { tools: AppTool[]; leftOut: number } {
  const tools = new Map<string, AppTool>();
  let bytes = 0;
  for (const tool of raw) {
    // Of two with one name, a person could not tell which one they allow.
    if (tools.size >= MAX_TOOLS || tools.has(tool.name) || !TOOL_NAME_PATTERN.test(tool.name)) continue;
    const cleaned = cleanTool(tool);
    const size = sizeOf(cleaned);
    if (size > MAX_TOOL_BYTES || bytes + size > MAX_TOOLS_BYTES) continue;
    bytes += size;
    tools.set(tool.name, cleaned);
  }
  return { tools: [...tools.values()], leftOut: raw.length - tools.size };
}

function cleanTool({ name, title, description, inputSchema, annotations }: RawTool): AppTool {
  const { title: _, ...hints } = annotations ?? {};
  return {
    name,
    ...(title !== undefined && { title: shortened(title, MAX_TITLE).replaceAll('\n', ' ') }),
    ...(description !== undefined && { description: shortened(description, MAX_DESCRIPTION) }),
    inputSchema: cleanValue(inputSchema) as Record<string, unknown>,
    ...(annotations !== undefined && { annotations: hints }),
  };
}

/** @throws ApplicationFailure where it is larger than `maxBytes` as JSON. */
export function cleanResult(
  raw: { content?: readonly Record<string, unknown>[]; structuredContent?: unknown; isError?: boolean | undefined },
  maxBytes: number,
): AppToolResult {
  const { content = [], structuredContent, isError } = raw;
  const result: AppToolResult = {
    content: content.map(cleanBlock),
    ...(isObject(structuredContent) && { structuredContent: cleanValue(structuredContent) as Record<string, unknown> }),
    ...(isError === true && { isError }),
  };
  const bytes = sizeOf(result);
  if (bytes <= maxBytes) return result;
  throw new ApplicationFailure(
    'failed',
    `The application’s result is too large: ${bytes} bytes, and at most ${maxBytes} are taken. Ask for less at once.`,
  );
}

function cleanBlock(block: Record<string, unknown>): AppContent {
  const { type, text, data, mimeType, uri, name, resource } = block;
  if (type === 'text') return { type, text: cleanWords(String(text)) };
  if (type === 'image' && /^image\/[\w.+-]{1,60}$/.test(String(mimeType))) {
    return { type, data: String(data).replace(/[^A-Za-z0-9+/=]/g, ''), mimeType: String(mimeType) };
  }
  if (type === 'resource_link') return { type, uri: cleanWords(String(uri)), name: cleanWords(String(name)) };
  const inside = isObject(resource) && typeof resource.text === 'string' ? resource.text : null;
  return { type: 'text', text: inside === null ? `[left out: ${cleanWords(String(type))}]` : cleanWords(inside) };
}

/** Texts and names at any depth; what is deeper than anybody writes is left out. */
export function cleanValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cleanWords(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => cleanValue(item, depth + 1));
  // Without a prototype's setter, which the name `__proto__` would call.
  const cleaned: Record<string, unknown> = Object.create(null);
  for (const [name, item] of Object.entries(value)) cleaned[cleanWords(name)] = cleanValue(item, depth + 1);
  return { ...cleaned };
}

export function cleanWords(text: string): string {
  return cleanText(text)
    .replace(/^([^\S\n]*)(?=\[PALIADIN:)/gim, '$1\\')
    .replace(/<!--(?=\s*paliadin)/gi, '<! --');
}

function shortened(text: string, most: number): string {
  const clean = cleanWords(text);
  return clean.length <= most ? clean : `${clean.slice(0, most - 1).toWellFormed()}…`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

// A model that is given more tools chooses worse among them.
const MAX_TOOLS = 128;
const MAX_TOOL_BYTES = 32 * 1024;
const MAX_TITLE = 120;
const MAX_DESCRIPTION = 4_000;
const MAX_DEPTH = 24;
