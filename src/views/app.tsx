// The React tree of the screen: one Ink box per area (chrome, pane bodies, overlay), placed by Ink's layout. Once laid
// out, each area's prepared lines go to the frame writer with the place Ink gave its box. They are not drawn through
// Ink's <Text>: cutting 200×50 prepared cells into styled characters and back took 10 ms a frame, placing them 0.3.

import { Box, type DOMElement, measureElement } from 'ink';
import { memo, type ReactElement, useCallback, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import type { Paced } from './paced.ts';
import type { Area } from './screen.ts';

export type AppProps = Readonly<{
  paced: Paced;
  /** Later areas lie above earlier ones. */
  show: (areas: readonly Area[]) => void;
}>;

type Boxes = Map<string, DOMElement>;

export function App({ paced, show }: AppProps): ReactElement {
  const { areas } = useSyncExternalStore(paced.subscribe, paced.screen);
  const boxes = useRef<Boxes>(new Map());
  useLayoutEffect(() => show(areas.map((area) => laidOut(area, boxes.current))), [areas, show]);
  return (
    <Box>
      {areas.map((area) => (
        <AreaBox key={area.key} area={area} boxes={boxes.current} />
      ))}
    </Box>
  );
}

const AreaBox = memo(function AreaBox({ area, boxes }: Readonly<{ area: Area; boxes: Boxes }>): ReactElement {
  const { key, rect } = area;
  const keep = useCallback(
    (box: DOMElement | null) => {
      if (box === null) boxes.delete(key);
      else boxes.set(key, box);
    },
    [boxes, key],
  );
  return (
    <Box ref={keep} position="absolute" left={rect.x} top={rect.y} width={rect.columns} height={rect.rows} />
  );
});

function laidOut(area: Area, boxes: Boxes): Area {
  const box = boxes.get(area.key);
  if (box === undefined) return area;
  const { x, y, width, height } = measureElement(box);
  return { ...area, rect: { x, y, columns: width, rows: height } };
}
