/** Version of the protocol between a console and its clients. Part of every path of the API. */
export const PROTOCOL = 1;
