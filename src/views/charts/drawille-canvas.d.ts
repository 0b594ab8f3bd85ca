// The part of blessed-contrib's canvas that is used; the package has no types of its own.

declare module 'drawille-canvas-blessed-contrib' {
  type Surface = { set(x: number, y: number): void };

  /** Drawing context over any surface that can set a dot. */
  class Context {
    constructor(width: number, height: number, surface: new (width: number, height: number) => Surface);
    readonly canvas: Surface;
    beginPath(): void;
    moveTo(x: number, y: number): void;
    lineTo(x: number, y: number): void;
    stroke(): void;
  }
  export = Context;
}
