// What this package uses of the globals that browsers and Node share; neither's whole library is wanted here.
declare class TextEncoder {
  encode(text: string): Uint8Array;
}
declare class TextDecoder {
  decode(bytes: Uint8Array): string;
}
