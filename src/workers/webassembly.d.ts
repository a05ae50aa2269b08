/** What is used of WebAssembly. TypeScript declares it with the DOM only, which is not to be seen here. */
declare global {
  namespace WebAssembly {
    class CompileError extends Error {}
    class RuntimeError extends Error {}

    class Module {
      constructor(bytes: Uint8Array);
    }

    class Instance {
      readonly exports: object;
      constructor(module: Module);
    }

    interface Memory {
      readonly buffer: ArrayBuffer;
    }
  }
}

export {};
