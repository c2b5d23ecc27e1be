/** Each major version of Node that is tested, with the version that is installed on Linux x64. */
export const NODES = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' } as const;

export type NodeMajor = keyof typeof NODES;

export const NODE_MAJORS = Object.keys(NODES).map(Number) as NodeMajor[];
