/** The service did not answer in time, because its event loop is blocked or it has ended. */
export class HostUnavailable extends Error {
  override readonly name = 'HostUnavailable';
}
