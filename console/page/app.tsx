import { serverNow, togglePause, unauthorized } from './api/live.js';
import { chooseFile, DropZone } from './files/drop.js';
import { toSave } from './files/saving.js';
import { useKeys } from './keys/keys.js';
import { copy, Said } from './parts/copy.js';
import { Ground, Header } from './parts/header.js';
import { Help, helpOpen, toggleHelp } from './parts/help.js';
import { onDemand } from './parts/on-demand.js';
import { TokenForm } from './parts/token-form.js';
import { LinkNotice } from './parts/notice.js';
import { paletteOpen, togglePalette } from './palette/open.js';
import { focusQuery, QueryBar } from './query/query-box.js';
import { SCREEN_PARTS } from './screens/screens.js';
import { toggleFilter } from './settings/filter.js';
import { toggleSampling } from './settings/sampling.js';
import { go, hasQuery, keyOf, lastingAddress, lastTrace, route, SCREENS } from './state/route.js';
import { nextTheme } from './state/theme.js';
import { token } from './state/token.js';

const Palette = onDemand((parts) => parts.Palette);
const SaveDialog = onDemand((parts) => parts.SaveDialog);

export function App() {
  if (token.value === undefined || unauthorized.value) return <TokenForm />;
  return <Shell />;
}

function Shell() {
  const { screen, traceId } = route.value;
  const Part = SCREEN_PARTS[screen];
  useKeys(
    'Everywhere',
    [
      ...SCREENS.map((name, index) => ({
        keys: [keyOf(index)],
        does: `screen: ${name}`,
        run: () => go({ screen: name, more: {} }),
      })),
      ...(lastTrace === undefined ? [] : [{ keys: ['2'], does: 'the last trace', run: () => go(lastTrace!) }]),
      ...(hasQuery(route.value) ? [{ keys: ['/'], does: 'query', run: focusQuery }] : []),
      { keys: ['p'], does: 'pause or resume this page', run: togglePause },
      { keys: ['R'], does: 'sampling', run: toggleSampling },
      { keys: ['L'], does: 'filter', run: toggleFilter },
      {
        keys: ['y'],
        does: 'copy a link to what is shown',
        run: () => void copy(lastingAddress(serverNow.peek()), 'the link'),
      },
      { keys: ['X'], does: 'open a file of traces', run: chooseFile },
      { keys: ['d'], does: 'theme: system, light, dark', run: nextTheme },
      { keys: ['Ctrl+k'], does: 'commands', run: togglePalette, inDialog: true },
      { keys: ['?'], does: 'keys of this screen', run: toggleHelp, inDialog: true },
    ],
    0,
  );
  return (
    <>
      <Header />
      {hasQuery(route.value) && <QueryBar />}
      <main class={`screen ${screen}`}>
        <LinkNotice />
        <Part key={`${screen} ${traceId ?? ''}`} />
      </main>
      <Ground />
      {helpOpen.value && <Help />}
      {paletteOpen.value && <Palette />}
      {toSave.value !== undefined && <SaveDialog what={toSave.value} />}
      <DropZone />
      <Said />
    </>
  );
}
