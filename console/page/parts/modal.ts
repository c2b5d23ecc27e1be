import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Properties of a modal dialog that is open while its component is mounted.
 *
 * Escape calls `close` at once. The browser's own `close` event comes later: by then, the next key may have opened the
 * dialog again.
 */
export function useModal(close: () => void) {
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = ref.current!;
    dialog.showModal();
    // It gives the focus back.
    return () => dialog.close();
  }, []);
  return {
    ref,
    onClose: () => ref.current && close(),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      close();
    },
  };
}
