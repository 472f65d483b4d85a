/**
 * Put into every page before its own scripts: watches WebGL and says when a picture stood on the canvas. No viewer knows
 * that it is watched, and all pay the same: on frames that may have changed the picture some rows of pixels are read back.
 */
(() => {
  const ROWS = 24;
  const BLOCKS = 16;
  /** Milliseconds between two looks while nothing new was uploaded. */
  const PAUSE = 60;
  const watch = { looks: [], frames: 0, textureBytes: 0, peakTextureBytes: 0, watching: true, canvas: undefined };
  window.benchWatch = watch;
  const sizes = new WeakMap();
  let [dirty, due, last] = [false, false, 0];

  const hold = (texture, bytes, key) => {
    if (!texture) return;
    const levels = sizes.get(texture) ?? new Map();
    watch.textureBytes += bytes - (levels.get(key) ?? 0);
    watch.peakTextureBytes = Math.max(watch.peakTextureBytes, watch.textureBytes);
    sizes.set(texture, levels.set(key, bytes));
  };
  const bound = (gl, target) =>
    gl.getParameter(target === gl.TEXTURE_2D ? gl.TEXTURE_BINDING_2D : gl.TEXTURE_BINDING_CUBE_MAP);

  const look = (gl) => {
    due = false;
    watch.frames++;
    const now = performance.now();
    if (!watch.watching || (!dirty && now - last < PAUSE) || gl.isContextLost()) return;
    [dirty, last] = [false, now];
    const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
    const framebuffer = gl.getParameter(gl.FRAMEBUFFER_BINDING);
    if (framebuffer) gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    const rows = new Uint8Array(width * 4 * ROWS);
    for (let i = 0; i < ROWS; i++) {
      const row = rows.subarray(i * width * 4, (i + 1) * width * 4);
      gl.readPixels(0, Math.floor(((i + 0.5) * height) / ROWS), width, 1, gl.RGBA, gl.UNSIGNED_BYTE, row);
    }
    if (framebuffer) gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    watch.looks.push({ at: now, width, rows });
  };

  for (const kind of [window.WebGLRenderingContext, window.WebGL2RenderingContext]) {
    const wrap = (name, before) => {
      const original = kind.prototype[name];
      if (!original) return;
      kind.prototype[name] = function (...args) {
        before(this, args);
        return original.apply(this, args);
      };
    };
    for (const name of ["drawArrays", "drawElements"])
      wrap(name, (gl) => {
        if (gl.canvas instanceof HTMLCanvasElement) watch.canvas = gl.canvas;
        if (!due) queueMicrotask(() => look(gl));
        due = true;
      });
    wrap("texImage2D", (gl, args) => {
      dirty = true;
      const source = args[args.length - 1];
      const [width, height] = args.length > 6 ? [args[3], args[4]] : [source?.width ?? 0, source?.height ?? 0];
      const target = args[0] === gl.TEXTURE_2D ? gl.TEXTURE_2D : gl.TEXTURE_CUBE_MAP;
      hold(bound(gl, target), width * height * 4, `${args[0]}/${args[1]}`);
    });
    wrap("copyTexImage2D", (gl, args) => hold(bound(gl, gl.TEXTURE_2D), args[5] * args[6] * 4, "0"));
    wrap("texStorage2D", (gl, args) => {
      const whole = args[1] > 1 ? 4 / 3 : 1;
      const faces = args[0] === gl.TEXTURE_CUBE_MAP ? 6 : 1;
      hold(bound(gl, args[0]), args[3] * args[4] * 4 * whole * faces, "storage");
    });
    wrap("texSubImage2D", () => {
      dirty = true;
    });
    wrap("generateMipmap", (gl, args) => {
      const levels = sizes.get(bound(gl, args[0]));
      if (levels && !levels.has("storage")) hold(bound(gl, args[0]), [...levels.values()][0] / 3, "mipmaps");
    });
    wrap("deleteTexture", (_, [texture]) => {
      for (const bytes of sizes.get(texture)?.values() ?? []) watch.textureBytes -= bytes;
      sizes.delete(texture);
    });
  }

  /** Worst mean difference of a block between two looks, 0 to 255. */
  const difference = (p, q) => {
    if (p.width !== q.width) return 255;
    let worst = 0;
    const span = Math.floor(p.width / BLOCKS);
    for (let row = 0; row < ROWS; row++)
      for (let block = 0; block < BLOCKS; block++) {
        let sum = 0;
        const start = (row * p.width + block * span) * 4;
        for (let i = start; i < start + span * 4; i++) sum += Math.abs(p.rows[i] - q.rows[i]);
        worst = Math.max(worst, sum / (span * 3));
      }
    return worst;
  };
  const spread = ({ rows }) => {
    let [sum, squares] = [0, 0];
    for (let i = 1; i < rows.length; i += 4) {
      sum += rows[i];
      squares += rows[i] * rows[i];
    }
    const count = rows.length / 4;
    return Math.sqrt(squares / count - (sum / count) ** 2);
  };

  /** Seconds to the first look with a picture, and to the look from which nothing changed any more; bytes and requests until then. */
  watch.report = () => {
    const { looks } = watch;
    const end = looks[looks.length - 1];
    const first = looks.find((one) => spread(one) > 6);
    let sharp = end;
    for (let i = looks.length - 1; i >= 0 && difference(looks[i], end) < 1.5; i--) sharp = looks[i];
    const loaded = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const until = (at) => {
      const done = loaded.filter(({ responseEnd }) => responseEnd <= at);
      return { requests: done.length, bytes: done.reduce((sum, { transferSize }) => sum + transferSize, 0) };
    };
    return {
      first: first.at / 1000,
      sharp: sharp.at / 1000,
      ...until(sharp.at),
      bytesToFirst: until(first.at).bytes,
      textureBytes: watch.textureBytes,
      peakTextureBytes: watch.peakTextureBytes,
    };
  };
})();
